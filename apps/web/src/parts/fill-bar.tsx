import { Progress } from '@mantine/core'
import { bytesText } from '../data/usage.ts'
import type { Fill } from '../data/volume-fill.ts'
import { useWords } from './language.tsx'

/** How full a volume is, as a bar and in words. */
export function FillBar({ fill: { used, all } }: { fill: Fill }) {
  const { t } = useWords()
  const part = Math.min(100, (used / all) * 100)
  const words = t('cluster.podsUsed', { used: bytesText(used), all: bytesText(all) })
  return (
    <span className="fill" title={words}>
      <Progress
        value={part}
        size="sm"
        color={part > 90 ? 'red' : part > 75 ? 'orange' : undefined}
        aria-label={t('cluster.full', { part: Math.round(part) })}
      />
      <span className="fill-words">{words}</span>
    </span>
  )
}
