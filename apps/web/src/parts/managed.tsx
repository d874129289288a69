import { Text } from '@mantine/core'
import type { Managed } from '../data/managed-fields.ts'
import { managedText } from '../data/managed-phrases.ts'
import { useWords } from './language.tsx'
import './objects.css'

/** Fields that others keep, each with who. */
export function Contested({ fields, text }: { fields: readonly Managed[]; text: string }) {
  const { language } = useWords()
  if (fields.length === 0) return null
  return (
    <div className="banner managed" role="note">
      {text}
      <ul className="plain">
        {fields.map(({ field, managers }) => (
          <li key={field} className="name">
            <code>{field}</code> {managedText(language, 'keptBy', { managers: managers.join(', ') })}
          </li>
        ))}
      </ul>
    </div>
  )
}

const shownAtMost = 12

/** What the server fills in by itself. */
export function FilledIn({ fields }: { fields: readonly string[] }) {
  const { language } = useWords()
  if (fields.length === 0) return null
  const rest = fields.length - shownAtMost
  return (
    <Text size="xs" c="dimmed" className="name managed">
      {managedText(language, 'filled', { fields: fields.slice(0, shownAtMost).join(', ') })}
      {rest > 0 && ` ${managedText(language, 'filledMore', { count: rest })}`}
    </Text>
  )
}
