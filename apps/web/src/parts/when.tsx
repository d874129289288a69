import { useSyncExternalStore } from 'react'
import { ago, exact, passing } from '../data/when.ts'
import { useWords } from './language.tsx'

/** How long ago, with the exact time on hovering; moves on by itself. Lists hold thousands, so it is one plain element. */
export function When({ time, inline }: { time: string; inline?: boolean }) {
  const { language } = useWords()
  const text = useSyncExternalStore(passing.listen, () => ago(time, language, passing.now()))
  return (
    <time dateTime={time} title={exact(time, language)} className={inline ? 'when' : 'when when-own'}>
      {text}
    </time>
  )
}
