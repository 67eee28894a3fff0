// QEMU as the lab's emulator: its ports are sockets.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Emulator } from './machine.ts'
import { portSocket } from './qemu.ts'

/**
 * QEMU occasionally loses an interrupt. When it emulates VMRUN and #VMEXIT, it sets and clears one bit of the CPU's
 * pending requests without the lock and not atomically, so it can undo what another thread has just added to them
 * (7.2; CPU_INTERRUPT_VIRQ in svm_helper.c). After a lost timer tick there is no other, because Linux arms its timer
 * again only when it gets a tick, and with one CPU the machine stands still. Any later interrupt also delivers what is
 * pending. The lab therefore sends the machine one this often.
 */
const pulseMs = 250

export function qemuEmulator(
  qemuArguments: readonly string[],
  runDirectory: string,
  bootTimeoutSeconds: number,
): Emulator {
  return {
    // With setpriv, QEMU dies with this process, even if this process is killed.
    command: ['setpriv', '--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', ...qemuArguments],
    bootTimeoutSeconds,
    async listen(onOutput, onVerdict) {
      const closers = [
        await listen(portSocket(runDirectory, 'output'), (socket) => socket.on('data', onOutput)),
        await listen(portSocket(runDirectory, 'verdict'), (socket) => socket.on('data', onVerdict)),
        await listen(portSocket(runDirectory, 'pulse'), (socket) => {
          const pulse = setInterval(() => socket.write('.'), pulseMs)
          socket.on('close', () => clearInterval(pulse))
        }),
      ]
      return {
        drain: async () => {},
        close: () => {
          for (const close of closers) close()
        },
      }
    },
  }
}

/** Listens before QEMU connects, so that no byte is lost. Returns a function that stops listening. */
async function listen(path: string, onConnected: (socket: Socket) => void): Promise<() => void> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    onConnected(socket)
  })
  server.listen(path)
  await once(server, 'listening')
  return () => server.close()
}
