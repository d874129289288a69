import { Stack, Text } from '@mantine/core'
import { unitsOf } from '@sampan/kit/quantity'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../../data/permissions.ts'
import { platform } from '../../data/platform.ts'
import { bytesText } from '../../data/usage.ts'
import { Facts } from '../../parts/facts.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'

/** Which version, of what it consists, on what it runs. */
export function About() {
  const { t } = useWords()
  const version = useQuery({ queryKey: ['platform', 'version'], queryFn: platform.version })
  const may = useMay({ verb: 'list', group: '', resource: 'nodes' })
  return (
    <Stack gap="xl" className="column">
      <Loaded query={version}>
        {(known) => (
          <Facts
            facts={[
              [t('column.version'), `Sampan ${known.version}`],
              [t('platform.licence'), 'Apache-2.0'],
            ]}
          />
        )}
      </Loaded>
      {may && <Components />}
    </Stack>
  )
}

function Components() {
  const { t } = useWords()
  const system = useQuery({ queryKey: ['platform', 'system'], queryFn: platform.system })
  return (
    <Loaded query={system}>
      {({ components, nodes }) => (
        <>
          <Section title={t('platform.components')}>
            <div className="panel">
              {components.map(({ name, version, ready, rssBytes }) => (
                <div key={name} className="line">
                  <div className="grow">
                    <Text size="sm" fw={500} className="name">
                      {name}
                    </Text>
                    <Text size="xs" c="dimmed" className="name">
                      {[version, rssBytes && bytesText(rssBytes)].filter(Boolean).join(' · ')}
                    </Text>
                  </div>
                  <State value={ready ? 'ready' : 'notReady'} size="sm" />
                </div>
              ))}
            </div>
          </Section>
          <Section title={t('platform.nodes')}>
            <div className="panel">
              {nodes.map(({ name, ready, version, runtime, system, capacity }) => (
                <div key={name} className="line">
                  <div className="grow">
                    <Text size="sm" fw={500} className="name">
                      {name}
                    </Text>
                    <Text size="xs" c="dimmed" className="name">
                      {[
                        system,
                        version,
                        runtime,
                        capacity?.cpu && `${capacity.cpu} CPU`,
                        capacity?.memory && bytesText(unitsOf(capacity.memory)),
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </Text>
                  </div>
                  <State value={ready ? 'ready' : 'notReady'} size="sm" />
                </div>
              ))}
            </div>
          </Section>
        </>
      )}
    </Loaded>
  )
}
