import { knownKey } from '../data/messages.ts'
import { colourOf, isMoving } from '../data/states.ts'
import { useWords } from './language.tsx'
import { Pill } from './pill.tsx'

/** A state as a word and a colour, with a dot that moves while something is going on. */
export function State({ value, size = 'md' }: { value: string; size?: 'sm' | 'md' }) {
  const { t } = useWords()
  return (
    <Pill colour={colourOf(value)} size={size} isMoving={isMoving(value)}>
      {t(knownKey(`state.${value}`) ?? 'state.unknown')}
    </Pill>
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
