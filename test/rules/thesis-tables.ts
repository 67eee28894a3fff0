// The thesis's measured counts: Feng Hua, "KVM virtual machine performance: research and improvement", master's
// thesis, Shenzhen University, 2018, tables 3-17 and 7-4. Shares are as printed there: truncated, not rounded.

export interface ThesisRow {
  readonly vm: string
  readonly ioNum: number
  readonly kvmVmSwitchNum: number
  readonly kvmQemuSwitchNum: number
  readonly kvmVmShare: number
  readonly ioShare: number
}

export interface ThesisTable {
  readonly minutes: number
  readonly rows: readonly ThesisRow[]
}

function row(
  vm: string,
  ioNum: number,
  kvmVmSwitchNum: number,
  kvmQemuSwitchNum: number,
  kvmVmShare: number,
  ioShare: number,
): ThesisRow {
  return { vm, ioNum, kvmVmSwitchNum, kvmQemuSwitchNum, kvmVmShare, ioShare }
}

/** Ten VMs that were started together, after five hours of normal work. Names are the guest's system and its pid. */
export const table3_17: ThesisTable = {
  minutes: 5 * 60,
  rows: [
    row('centos7-2035', 172666, 8132965, 174197, 0.97903, 0.0207),
    row('win2003-2135', 19738809, 19523186, 19655793, 0.4983, 0.5038),
    row('win2008-2193', 1790029, 59107343, 22772082, 0.72188, 0.0218),
    row('win2008-2267', 1497176, 38492507, 22050122, 0.63579, 0.0247),
    row('centos7-2351', 230926, 10697798, 251194, 0.97705, 0.021),
    row('centos7-2417', 299097, 10995347, 301210, 0.97333, 0.0264),
    row('win2003-2504', 14147604, 11433987, 14172128, 0.44653, 0.5525),
    row('win2003-2575', 14418019, 11269126, 14435663, 0.4384, 0.5609),
    row('win2003-2619', 13750531, 10910633, 13782007, 0.44185, 0.5568),
    row('win2003-2767', 13916885, 10997062, 13946096, 0.44088, 0.5579),
  ],
}

/** Two equal CentOS 7 VMs after one day: 15749 is tuned (virtio and the rest), 15795 is not. */
export const table7_4: ThesisTable = {
  minutes: 24 * 60,
  rows: [
    row('tuned-15749', 2336976, 30511935, 217136, 0.992933857, 0.076051),
    row('untuned-15795', 15146219, 34481937, 22130431, 0.609088406, 0.267543),
  ],
}
