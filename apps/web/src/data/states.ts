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
  stopped: 'gray',
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

/** The word for an app in an environment: one that was told to have no instances runs as it should and answers nobody. */
export const standingOf = ({ state, release, replicas }: Standing): string =>
  state === 'verified' && release !== undefined && replicas === 0 ? 'stopped' : state

interface Standing {
  state: string
  release?: number
  replicas?: number
}

/** What asks for somebody before what is on its way before what is well; the rest as it was. */
export const worstFirst = (a: Standing, b: Standing): number => weight(a) - weight(b)

const weight = (one: Standing) => (isBad(one.state) ? 0 : isMoving(one.state) ? 1 : 2)

/** Not over yet: shown as moving. */
export const isMoving = (state: string): boolean =>
  ['running', 'building', 'deploying', 'applied', 'rolledOut', 'routed', 'resolved', 'rollingBack'].includes(state)

export const isBad = (state: string): boolean =>
  ['failed', 'failure', 'error', 'degraded', 'rolledBack'].includes(state)
