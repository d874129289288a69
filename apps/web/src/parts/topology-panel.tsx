import { Alert, Anchor, Badge, Button, Drawer, Group, Stack, Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { objectActions } from '../actions/object.ts'
import { type ApiKind, apiPath, kindOf, objectPath } from '../data/discovery.ts'
import { useObjects } from '../data/live.ts'
import { isPod, targetOf } from '../data/object.ts'
import { appHref } from '../data/paths.ts'
import { containersOf } from '../data/pod.ts'
import type { TopologyNode } from '../data/topology.ts'
import { useKinds } from '../data/use-kinds.ts'
import { ActionButton } from './action-button.tsx'
import { Facts, Labels } from './describe.tsx'
import { KubeState } from './kube-state.tsx'
import { useWords } from './language.tsx'
import { Failure, Loading } from './loaded.tsx'
import { When } from './when.tsx'

interface Props {
  node: TopologyNode | undefined
  project: string
  onClose: () => void
}

const colours = { good: 'teal', busy: 'blue', bad: 'red', idle: 'gray' }

/** One thing of the picture from close by: how it is, the essentials, what can be done. */
export function TopologyPanel({ node, project, onClose }: Props) {
  const { t } = useWords()
  // What was shown last stays while the panel closes.
  const last = useRef(node)
  useEffect(() => {
    if (node) last.current = node
  })
  const shown = node ?? last.current
  return (
    <Drawer
      opened={node !== undefined}
      onClose={onClose}
      position="right"
      size="md"
      title={shown?.title}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      classNames={{ title: 'name' }}
    >
      {shown && (
        <Stack gap="md">
          <Group gap="xs">
            <Badge color={colours[shown.health]} className="state">
              {t(`topology.${shown.health}`)}
            </Badge>
            <Text size="sm" c="dimmed">
              {[shown.about?.kind, shown.detail].filter(Boolean).join(' · ')}
            </Text>
          </Group>
          {shown.reason && (
            <Alert color={colours[shown.health]} variant="light">
              <Text size="sm" className="name">
                {shown.reason}
              </Text>
            </Alert>
          )}
          {shown.url && (
            <Anchor href={shown.url} target="_blank" rel="noreferrer" size="sm" className="name">
              {shown.url}
            </Anchor>
          )}
          {shown.kind === 'app' ? (
            <Group>
              <Button component={Link} href={appHref(project, shown.title)} size="xs">
                {t('topology.open')}
              </Button>
              <Button component={Link} href={appHref(project, shown.title, 'logs')} size="xs" variant="default">
                {t('object.logs')}
              </Button>
            </Group>
          ) : (
            shown.about && <About key={shown.id} about={shown.about} />
          )}
        </Stack>
      )}
    </Drawer>
  )
}

function About({ about }: { about: NonNullable<TopologyNode['about']> }) {
  const kinds = useKinds()
  if (kinds.error) return <Failure error={kinds.error} />
  const kind = kinds.data && kindOf(kinds.data, about)
  return kind ? <Known kind={kind} about={about} /> : <Loading />
}

function Known({ kind, about: { namespace, name } }: { kind: ApiKind; about: NonNullable<TopologyNode['about']> }) {
  const { t } = useWords()
  const { items, error } = useObjects({ path: apiPath(kind, { namespace }), fields: `metadata.name=${name}` })
  const [object] = items as readonly KubeObject[]
  if (error) return <Failure error={error} />
  if (!object) return <Loading />
  const target = targetOf(kind, object)
  const { labels = {}, creationTimestamp } = object.metadata
  return (
    <>
      <Group gap="xs">
        <Button component={Link} href={objectPath(kind, { name, ...(namespace && { namespace }) })} size="xs">
          {t('topology.open')}
        </Button>
        {objectActions.map((action) => (
          <ActionButton key={action.id} action={action} target={target} size="xs" />
        ))}
      </Group>
      <Facts
        facts={[
          ...(namespace ? [{ name: t('column.namespace'), value: namespace }] : []),
          ...(creationTimestamp ? [{ name: t('object.created'), value: <When time={creationTimestamp} /> }] : []),
          ...(isPod(kind)
            ? containersOf(object).map(({ name: container, state, image }) => ({
                name: container,
                value: (
                  <>
                    <KubeState value={state} />
                    <Text size="xs" c="dimmed" className="name">
                      {image}
                    </Text>
                  </>
                ),
              }))
            : []),
          { name: t('object.labels'), value: <Labels labels={labels} /> },
        ]}
      />
    </>
  )
}
