// The list of collectors. A new one is one file and one line here.
import type { Collector } from './collector.ts'
import { cpuCollector } from './cpu.ts'
import { deviceExitsCollector } from './device-exits.ts'
import { devicesCollector } from './devices.ts'
import { doctorCollector } from './doctor.ts'
import { exitReasonsCollector } from './exit-reasons.ts'
import { exitsCollector } from './exits.ts'
import { hostCollector } from './host.ts'
import { hugepagesCollector } from './hugepages.ts'
import { ksmCollector } from './ksm.ts'
import { meminfoCollector } from './meminfo.ts'
import { pressureCollector } from './pressure.ts'
import { sourcesCollector } from './sources.ts'
import { vcpuCollector } from './vcpu.ts'
import { vcpuExitsCollector } from './vcpu-exits.ts'
import { vmCollector } from './vm.ts'
import { vmMemoryCollector } from './vm-memory.ts'

/** In the order in which they run and in which `--help` lists them. */
export const collectors: readonly Collector[] = [
  exitsCollector,
  exitReasonsCollector,
  deviceExitsCollector,
  vcpuCollector,
  vcpuExitsCollector,
  vmCollector,
  vmMemoryCollector,
  devicesCollector,
  hostCollector,
  cpuCollector,
  meminfoCollector,
  hugepagesCollector,
  ksmCollector,
  pressureCollector,
  doctorCollector,
  sourcesCollector,
]
