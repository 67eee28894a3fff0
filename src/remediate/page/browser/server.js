// The program that serves this page, for messages.

export const server = 'remediation service'
