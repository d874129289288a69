import { Badge, Button, Group, Text } from '@mantine/core'
import { CodeIcon, FileTextIcon, Link2Icon } from '@radix-ui/react-icons'
import { Link } from 'wouter'
import type { ApiKind } from '../../data/discovery.ts'
import { hrefOf, rightTo, targetOf } from '../../data/object.ts'
import { useMays } from '../../data/permissions.ts'
import { containersOf, type PodLike } from '../../data/pod.ts'
import { KubeState } from '../../parts/kube-state.tsx'
import { useWords } from '../../parts/language.tsx'

/** The containers of a pod: how each is, what it may use, its log and a terminal in it. */
export function Containers({ kind, pod }: { kind: ApiKind; pod: PodLike }) {
  const { t } = useWords()
  const target = targetOf(kind, pod)
  const [mayLog, mayExec, mayAttach] = useMays([
    rightTo('get', 'log')(target),
    rightTo('create', 'exec')(target),
    rightTo('create', 'attach')(target),
  ])
  return (
    <div className="panel">
      {containersOf(pod).map((one) => {
        const { name, role, image, state, message, isRunning, restarts, tty, stdin, ports, limits, lastEnd } = one
        return (
          <div key={name} className="line event-line">
            <div className="grow">
              <Group gap={8}>
                <Text size="sm" fw={600} className="name">
                  {name}
                </Text>
                <KubeState value={state} />
                {role !== 'main' && (
                  <Badge size="sm" color="gray" variant="default">
                    {role}
                  </Badge>
                )}
                {restarts > 0 && (
                  <Badge size="sm" color="orange" variant="default">
                    {t('object.restarts')}: {restarts}
                  </Badge>
                )}
              </Group>
              <Text size="xs" c="dimmed" className="name" mt={2}>
                {image}
              </Text>
              <Text size="xs" c="dimmed" className="name">
                {[
                  ports && `${t('object.ports')}: ${ports}`,
                  ...limits.map(({ resource, text }) => `${resource}: ${text}`),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
              {message && (
                <Text size="xs" className="name" mt={2}>
                  {message}
                </Text>
              )}
              {lastEnd && (
                <Text size="xs" className="name">
                  {t('object.lastEnd', lastEnd)}
                </Text>
              )}
            </div>
            <Group gap={4} justify="end">
              {mayLog && (
                <Button
                  component={Link}
                  href={`${hrefOf(target, 'logs')}&container=${encodeURIComponent(name)}`}
                  size="compact-xs"
                  variant="default"
                  leftSection={<FileTextIcon width={13} height={13} />}
                  aria-label={`${t('object.logs')}: ${name}`}
                >
                  {t('object.logs')}
                </Button>
              )}
              {mayAttach && isRunning && (tty || stdin) && (
                <Button
                  component={Link}
                  href={`${hrefOf(target, 'terminal')}&container=${encodeURIComponent(name)}&mode=attach`}
                  size="compact-xs"
                  variant="default"
                  leftSection={<Link2Icon width={13} height={13} />}
                  aria-label={`${t('object.attach')}: ${name}`}
                >
                  {t('object.attach')}
                </Button>
              )}
              {mayExec && isRunning && (
                <Button
                  component={Link}
                  href={`${hrefOf(target, 'terminal')}&container=${encodeURIComponent(name)}`}
                  size="compact-xs"
                  variant="default"
                  leftSection={<CodeIcon width={13} height={13} />}
                  aria-label={`${t('object.terminal')}: ${name}`}
                >
                  {t('object.terminal')}
                </Button>
              )}
            </Group>
          </div>
        )
      })}
    </div>
  )
}
