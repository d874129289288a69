/** Colours of states, by the server's words. What is on its way is blue, what asks for somebody orange or red. */
const colours: Record<string, string> = {
  verified: 'teal',
  success: 'teal',
  ready: 'teal',
  active: 'teal',
  running: 'blue',
  building: 'blue',
  deploying: 'blue',
  applied: 'blue',
  approved: 'blue',
  rolledOut: 'blue',
  routed: 'blue',
  resolved: 'blue',
  rollingBack: 'orange',
  planned: 'gray',
  pending: 'gray',
  none: 'gray',
  superseded: 'gray',
  cancelled: 'gray',
  skipped: 'gray',
  killed: 'gray',
  blocked: 'orange',
  degraded: 'orange',
  rolledBack: 'orange',
  notReady: 'orange',
  terminating: 'orange',
  failed: 'red',
  failure: 'red',
  error: 'red',
}

export const colourOf = (state: string): string => colours[state] ?? 'gray'

/** Not over yet: shown as moving. */
export const isMoving = (state: string): boolean =>
  ['running', 'building', 'deploying', 'applied', 'rolledOut', 'routed', 'resolved', 'rollingBack'].includes(state)

export const isBad = (state: string): boolean =>
  ['failed', 'failure', 'error', 'degraded', 'rolledBack'].includes(state)
