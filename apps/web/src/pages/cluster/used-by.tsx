import { Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import type { ApiKind } from '../../data/discovery.ts'
import { knownKey } from '../../data/messages.ts'
import { type User, useUsers } from '../../data/used-by.ts'
import { ObjectLink } from '../../parts/event-list.tsx'
import { useWords } from '../../parts/language.tsx'
import { Section } from '../../parts/page.tsx'

const referred = ['configmaps', 'secrets', 'persistentvolumeclaims', 'serviceaccounts']

/** Who uses a ConfigMap, Secret, claim or service account; nothing for other kinds. */
export function UsedBy({ kind, object }: { kind: ApiKind; object: KubeObject }) {
  const { t } = useWords()
  const is = kind.group === '' && referred.includes(kind.plural)
  const users = useUsers(is ? object.metadata.namespace : undefined)
  if (!is) return null
  return (
    <Section title={t('cluster.usedBy')}>
      <Users users={users.get(`${kind.plural}/${object.metadata.name}`) ?? []} />
    </Section>
  )
}

/** Links to users, each with what it uses the thing for. */
export function Users({ users }: { users: readonly User[] }) {
  const { t } = useWords()
  if (users.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('config.unused')}
      </Text>
    )
  return (
    <ul className="plain">
      {users.map(({ apiVersion, kind, object: { metadata }, how }) => (
        <li key={`${kind}/${metadata.name}`}>
          <ObjectLink about={{ apiVersion, kind, ...metadata }} />{' '}
          <Text size="xs" c="dimmed" span>
            {how
              .map((one) => knownKey(`use.${one}`))
              .flatMap((key) => (key ? [t(key)] : []))
              .join(', ')}
          </Text>
        </li>
      ))}
    </ul>
  )
}
