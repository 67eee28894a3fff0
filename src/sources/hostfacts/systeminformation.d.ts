// Parts of systeminformation that are imported one by one, because the whole of it takes 1.5 MB more memory.
declare module 'systeminformation/lib/cpu.js' {
  export { cpu } from 'systeminformation'
}
declare module 'systeminformation/lib/osinfo.js' {
  export { osInfo } from 'systeminformation'
}
