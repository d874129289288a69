import { knownKey, type MessageKey } from './messages.ts'

/** Colours of what Kubernetes calls states, phases and conditions, by its words. */
const colours: Record<string, string> = {
  Running: 'teal',
  Ready: 'teal',
  Active: 'teal',
  Bound: 'teal',
  Available: 'teal',
  Complete: 'teal',
  Completed: 'gray',
  Succeeded: 'gray',
  Released: 'gray',
  Normal: 'gray',
  Suspended: 'gray',
  Pending: 'blue',
  ContainerCreating: 'blue',
  PodInitializing: 'blue',
  Provisioning: 'blue',
  Progressing: 'blue',
  Terminating: 'orange',
  Degraded: 'orange',
  Unknown: 'orange',
  Warning: 'orange',
  NotReady: 'red',
  Failed: 'red',
  Error: 'red',
  Lost: 'red',
  Evicted: 'red',
}

/** `Init:0/2` is on its way, `Ready,SchedulingDisabled` asks for somebody, `…BackOff` and `Err…` are bad. */
export function kubeColour(word: string): string {
  const known = colours[word]
  if (known) return known
  if (/BackOff$|^Err|Err(or)?$|Killed$|^Invalid|CannotRun/.test(word)) return 'red'
  if (word.includes('SchedulingDisabled')) return word.startsWith('Ready') ? 'orange' : 'red'
  if (word.startsWith('Init:')) return 'blue'
  return 'gray'
}

export const kubeIsMoving = (word: string): boolean =>
  ['Pending', 'ContainerCreating', 'PodInitializing', 'Provisioning', 'Progressing', 'Terminating'].includes(word) ||
  /^Init:\d/.test(word)

/** What the word is called in the language of the console; words nobody translates are shown as they are. */
export const kubeStateKey = (word: string): MessageKey | undefined =>
  knownKey(`phase.${word[0]?.toLowerCase() ?? ''}${word.slice(1).replace(':', '')}`)
