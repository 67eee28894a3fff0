// VMs of the wrong size, with the evidence.

import { tooLittle, tooMuch } from '../analysis/sizes.ts'
import type { Report, VmReport } from '../document.ts'
import { bytesText, percentText } from '../format.ts'
import { number, type Section } from './section.ts'

const isWrong = ({ isRunning, size }: VmReport): boolean =>
  isRunning && (size.cpu === 'too-big' || size.cpu === 'too-small' || size.memory === 'too-big')

const words = { fits: 'fits', 'too-big': 'too big', 'too-small': 'too small', unknown: 'not known' } as const

export function sizesSection({ vms }: Report): Section {
  const wrong = vms.filter(isWrong)
  return {
    id: 'sizes',
    title: 'Over-sized and under-sized VMs',
    texts: [
      `A VM has too many vCPUs if it uses less than ${percentText(tooLittle)} of them in its busiest 5 % of the time, too few above ${percentText(tooMuch)}. It has too much memory if its process never held half of it. Too little memory is visible only inside the guest.`,
    ],
    figures: [],
    tables: [
      {
        id: 'sizes',
        caption: 'VMs of the wrong size',
        columns: [
          { name: 'VM' },
          { name: 'host' },
          { name: 'vCPUs', isNumber: true },
          { name: 'CPU size' },
          { name: 'better vCPUs', isNumber: true },
          { name: 'memory', isNumber: true },
          { name: 'memory size' },
          { name: 'better memory', isNumber: true },
          { name: 'evidence' },
        ],
        rows: wrong.map(({ name, host, vcpus, size, memory }) => [
          name,
          host,
          number(vcpus, String),
          words[size.cpu],
          number(size.vcpus, String),
          number(memory.given, bytesText),
          words[size.memory],
          number(size.bytes, bytesText),
          size.evidence.join('; '),
        ]),
        empty: 'Every VM that can be judged fits.',
        isLong: wrong.length > 60,
      },
    ],
  }
}
