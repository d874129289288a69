import { Anchor, Badge, Group, Text, TextInput } from '@mantine/core'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { type ApiKind, apiVersionOf, kindWord } from '../../data/discovery.ts'
import { kindSections } from '../../data/kind-sections.ts'
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
      <Loaded query={kinds}>{(all) => <Sections all={all} wanted={wanted} />}</Loaded>
    </Frame>
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
