import { Badge } from '@mantine/core'
import { type MessageKey, messages } from '../data/messages.ts'
import { useWords } from './language.tsx'

const colours: Record<string, string> = {
  verified: 'teal',
  success: 'teal',
  ready: 'teal',
  running: 'blue',
  building: 'blue',
  deploying: 'blue',
  pending: 'gray',
  none: 'gray',
  superseded: 'gray',
  cancelled: 'gray',
  degraded: 'orange',
  rolledBack: 'orange',
  notReady: 'orange',
  failed: 'red',
  failure: 'red',
  error: 'red',
}

const isKnown = (key: string): key is MessageKey => key in messages

/** A state as a word and a colour; states in between ("applied", "routed"…) show as deploying. */
export function State({ value }: { value: string }) {
  const { t } = useWords()
  const inBetween = ['planned', 'approved', 'applied', 'rolledOut', 'routed', 'resolved', 'rollingBack']
  const state = inBetween.includes(value) ? 'deploying' : value
  const key = `state.${state}`
  return (
    <Badge variant="light" color={colours[state] ?? 'gray'} tt="none" autoContrast>
      {t(isKnown(key) ? key : 'state.unknown')}
    </Badge>
  )
}
