import { Text } from '@mantine/core'
import { useWords } from './language.tsx'

const kinds: Record<string, string> = { '+': 'added', '-': 'removed', '@': 'place' }

/** A unified diff, line by line. */
export function DiffView({ diff, label }: { diff: string; label: string }) {
  const { t } = useWords()
  const lines = diff.replace(/\n$/, '').split('\n')
  if (diff === '')
    return (
      <Text size="sm" c="dimmed">
        {t('common.unchanged')}
      </Text>
    )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="diff" aria-label={label} tabIndex={0}>
      {lines.map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in the text is a line's identity
        <div key={i} className="diff-line" data-kind={kinds[line[0] ?? '']}>
          {line || ' '}
        </div>
      ))}
    </section>
  )
}
