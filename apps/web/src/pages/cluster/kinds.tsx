import { Anchor, Badge, Group, Text, TextInput } from '@mantine/core'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { conditionsOf } from '../../data/condition.ts'
import { type ApiKind, apiVersionOf, kindWord, objectPath } from '../../data/discovery.ts'
import { kindSections } from '../../data/kind-sections.ts'
import { useObjects } from '../../data/live.ts'
import { useQueryState } from '../../data/query-state.ts'
import { useKinds } from '../../data/use-kinds.ts'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Page as Frame, Section } from '../../parts/page.tsx'
import '../../parts/objects.css'

/** Every kind the server has, by what it is for. */
export function Page() {
  const { t } = useWords()
  const kinds = useKinds()
  const [wanted, setWanted] = useQueryState('q')
  return (
    <Frame title={t('cluster.kinds')}>
      <TextInput
        size="xs"
        maw={280}
        leftSection={<MagnifyingGlassIcon />}
        placeholder={t('cluster.kindsFilter')}
        aria-label={t('cluster.kindsFilter')}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <DeadApis />
      <Loaded query={kinds}>{(all) => <Sections all={all} wanted={wanted} />}</Loaded>
    </Frame>
  )
}

const services = { plural: 'apiservices', group: 'apiregistration.k8s.io' }

/** APIs behind services that do not answer: what they have cannot be listed, and nobody should think it is gone. */
function DeadApis() {
  const { t } = useWords()
  const all = useObjects({ path: '/apis/apiregistration.k8s.io/v1/apiservices' })
  const dead = all.items.flatMap((one) => {
    const why = conditionsOf(one).find(({ type, status }) => type === 'Available' && status === 'False')
    return why ? { name: one.metadata.name, why: why.message || why.reason || '' } : []
  })
  if (dead.length === 0) return null
  return (
    <div className="banner" role="status">
      {t('cluster.deadApis')}
      <ul className="plain">
        {dead.map(({ name, why }) => (
          <li key={name} className="name">
            <Anchor component={Link} href={objectPath(services, { name })} size="sm">
              {name}
            </Anchor>{' '}
            {why}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Sections({ all, wanted }: { all: readonly ApiKind[]; wanted: string }) {
  const { t } = useWords()
  const sections = useMemo(() => kindSections(all, wanted), [all, wanted])
  if (sections.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('common.noMatch', { text: wanted })}
      </Text>
    )
  return sections.map(({ title, kinds }) => (
    <Section key={title} title={t(title)}>
      <div className="kinds">
        {kinds.map((kind) => (
          <Group key={kindWord(kind)} gap={6} className="kind" wrap="nowrap">
            <Anchor component={Link} href={`/cluster/kinds/${kindWord(kind)}`} size="sm" fw={500} truncate>
              {kind.kind}
            </Anchor>
            <Text size="xs" c="dimmed" span truncate>
              {apiVersionOf(kind)}
            </Text>
            {kind.shortNames[0] && (
              <Badge size="xs" color="gray" variant="default">
                {kind.shortNames[0]}
              </Badge>
            )}
          </Group>
        ))}
      </div>
    </Section>
  ))
}
