import { Button, Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { apiVersionOf } from '../../data/discovery.ts'
import { ownedBy } from '../../data/owned.ts'
import { useKinds } from '../../data/use-kinds.ts'
import { ObjectLink } from '../../parts/event-list.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'

/** Whatever an object owns, of any kind: looked for when asked, for it means a look at every kind. */
export function Owned({ object }: { object: KubeObject }) {
  const { t } = useWords()
  const [isAsked, setAsked] = useState(false)
  return (
    <Section title={t('object.owned')}>
      {isAsked ? (
        <Found object={object} />
      ) : (
        <Button size="xs" variant="default" onClick={() => setAsked(true)}>
          {t('object.findOwned')}
        </Button>
      )}
    </Section>
  )
}

function Found({ object: { metadata } }: { object: KubeObject }) {
  const { t } = useWords()
  const kinds = useKinds()
  const { uid = '', namespace } = metadata
  const owned = useQuery({
    queryKey: ['owned', uid],
    enabled: kinds.data !== undefined,
    queryFn: ({ signal }) => ownedBy(kinds.data!, { uid, ...(namespace && { namespace }) }, signal),
  })
  return (
    <Loaded
      query={owned}
      isEmpty={(all) => all.length === 0}
      empty={
        <Text size="sm" c="dimmed">
          {t('object.ownedNone')}
        </Text>
      }
    >
      {(all) => (
        <ul className="plain">
          {all.map(({ kind, object: { metadata } }) => (
            <li key={`${kind.path}/${metadata.namespace}/${metadata.name}`}>
              <ObjectLink about={{ apiVersion: apiVersionOf(kind), kind: kind.kind, ...metadata }} />
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  )
}
