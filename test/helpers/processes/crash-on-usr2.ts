// Preloaded into the program: an error that nobody catches, whenever the test asks for it.
process.on('SIGUSR2', () => {
  throw new Error('a bug, for a test')
})
