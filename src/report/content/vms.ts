// Every VM with its figures, its tier and what to do.
import type { Report, VmReport } from '../document.ts'
import { bytesText, dateText, numberText, percentText } from '../format.ts'
import { actionText } from './actions.ts'
import { number, type Section } from './section.ts'

export function vmsSection({ vms }: Report): Section {
  return {
    id: 'vms',
    title: 'All VMs',
    texts: ['A VM is one VM as long as its UUID is the same, whatever its name or host was.'],
    figures: [],
    tables: [
      {
        id: 'vms',
        caption: 'VMs',
        columns: [
          { name: 'VM' },
          { name: 'host' },
          { name: 'class' },
          ...[
            'vCPUs',
            'CPU, mean',
            'CPU, p95',
            'run delay, p95',
            'exits/s',
            'ratio',
            'I/O share',
            'waits for QEMU',
            'memory',
            'held at most',
            'hours known',
          ].map((name) => ({ name, isNumber: true })),
          { name: 'tier now' },
          { name: 'tier recommended' },
          { name: 'reason' },
          { name: 'actions' },
          { name: 'history' },
          { name: 'UUID' },
        ],
        rows: vms.map((vm) => [
          vm.name,
          vm.host,
          vm.class,
          number(vm.vcpus, String),
          number(vm.cpu?.mean ?? null, numberText),
          number(vm.cpu?.p95 ?? null, numberText),
          number(vm.runDelay?.p95 ?? null, percentText),
          number(vm.exits, numberText),
          number(vm.rootModeRatio, percentText),
          number(vm.ioShare, percentText),
          number(vm.wait, numberText),
          number(vm.memory.given, bytesText),
          number(vm.memory.heldMax, bytesText),
          number(vm.hours, numberText),
          vm.tier.now === null ? 'not known' : String(vm.tier.now),
          vm.tier.recommended === null ? 'not known' : String(vm.tier.recommended),
          vm.tier.reason,
          [...new Set(vm.actions.map(({ action }) => actionText(action)))].join('; '),
          historyText(vm),
          vm.uuid ?? '',
        ]),
        empty: 'There was no VM.',
        isLong: true,
      },
    ],
  }
}

function historyText({ earlier, isRunning, lastSeen, sharesUuid, firstSeen }: VmReport): string {
  const parts = earlier.map(({ name, host, until }) => `${name} on ${host} until ${dateText(until)}`)
  if (!isRunning) parts.push(`ended, last seen ${dateText(lastSeen)}`)
  if (sharesUuid) parts.push('another VM has the same UUID')
  return parts.length === 0 ? `since ${dateText(firstSeen)} or before` : parts.join('; ')
}
