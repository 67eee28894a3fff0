// The passwords in a definition, such as the one of VNC. libvirt prints them only when it is asked to, and a definition
// without them would remove them. They never leave the actuator.
import { KvminfoError } from '../../errors.ts'

/**
 * `to` with the passwords: each line that libvirt prints in another way with them is replaced. Throws if `to` does not have
 * such a line exactly as often as `plain`.
 */
export function withSecrets(to: string, plain: string, secret: string): string {
  if (plain === secret) return to
  const [without, withThem] = [plain.split('\n'), secret.split('\n')]
  if (without.length !== withThem.length) throw new KvminfoError('SOURCE_FAILED', cannot)
  const replacements = new Map<string, string>()
  for (const [index, line] of without.entries()) {
    if (line === withThem[index]) continue
    if (without.indexOf(line) !== without.lastIndexOf(line)) throw new KvminfoError('SOURCE_FAILED', cannot)
    replacements.set(line, withThem[index]!)
  }
  const lines = to.split('\n')
  for (const line of replacements.keys())
    if (lines.filter((one) => one === line).length !== 1) throw new KvminfoError('SOURCE_FAILED', cannot)
  return lines.map((line) => replacements.get(line) ?? line).join('\n')
}

const cannot = 'the definition has a password that would be lost; change the definition with virsh edit'
