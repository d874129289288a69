import { Stack, Text } from '@mantine/core'
import { platformText } from '../../data/platform-phrases.ts'
import { KindTable } from '../../parts/kind-table.tsx'
import { useWords } from '../../parts/language.tsx'

const kind = { group: 'sampan.dev', version: 'v1', kind: 'AppTemplate', plural: 'apptemplates', isNamespaced: false }

/** The service types: ordinary objects, which operators add to. */
export function Types() {
  const { language } = useWords()
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {platformText(language, 'typesHelp')}
      </Text>
      <KindTable kind={kind} />
    </Stack>
  )
}
