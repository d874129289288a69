import { Badge } from '@mantine/core'
import { knownKey } from '../data/messages.ts'
import { colourOf, isMoving } from '../data/states.ts'
import { useWords } from './language.tsx'

/** A state as a word and a colour, with a dot that moves while something is going on. */
export function State({ value, size = 'md' }: { value: string; size?: 'sm' | 'md' }) {
  const { t } = useWords()
  const colour = colourOf(value)
  return (
    <Badge
      size={size}
      color={colour}
      className="state"
      leftSection={<span className="dot" data-moving={isMoving(value) || undefined} />}
    >
      {t(knownKey(`state.${value}`) ?? 'state.unknown')}
    </Badge>
  )
}

/** The same in a corner: a dot whose word is for screen readers and on hovering. */
export function StateDot({ value }: { value: string }) {
  const { t } = useWords()
  const word = t(knownKey(`state.${value}`) ?? 'state.unknown')
  return (
    <span
      role="img"
      aria-label={word}
      title={word}
      className="dot dot-large"
      data-moving={isMoving(value) || undefined}
      style={{ color: `var(--mantine-color-${colourOf(value)}-filled)` }}
    />
  )
}
