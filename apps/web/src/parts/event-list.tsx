import { Anchor, Badge, Group, Text } from '@mantine/core'
import { Link } from 'wouter'
import { kindOf, objectPath } from '../data/discovery.ts'
import type { EventGroup } from '../data/events.ts'
import { useKnownKinds } from '../data/use-kinds.ts'
import { KubeState } from './kube-state.tsx'
import { When } from './when.tsx'
import './objects.css'

/** What was reported, one line per object and reason; `withObject` where it is about more than one. */
export function EventList({ groups, withObject }: { groups: readonly EventGroup[]; withObject?: boolean }) {
  return (
    <div className="panel">
      {groups.map((group) => (
        <div key={group.key} className="line event-line">
          <KubeState value={group.type} />
          <div className="grow">
            <Group gap={6}>
              <Text size="sm" fw={600} span>
                {group.reason}
              </Text>
              {group.count > 1 && (
                <Badge size="xs" color="gray">
                  ×{group.count}
                </Badge>
              )}
              {withObject && <ObjectLink about={group.about} />}
            </Group>
            <Text size="sm" className="name">
              {group.message}
            </Text>
          </div>
          {group.time && <When time={group.time} />}
        </div>
      ))}
    </div>
  )
}

/** A link to what an event or a reference is about; text when the server does not have the kind. */
export function ObjectLink({ about }: { about: EventGroup['about'] }) {
  const kind = kindOf(useKnownKinds(), about)
  const label = `${about.kind ?? ''}/${about.name ?? ''}`
  if (!kind || !about.name)
    return (
      <Text size="sm" span className="name">
        {label}
      </Text>
    )
  const namespace = kind.isNamespaced ? about.namespace : undefined
  return (
    <Anchor
      component={Link}
      href={objectPath(kind, { name: about.name, ...(namespace && { namespace }) })}
      size="sm"
      className="name"
    >
      {label}
    </Anchor>
  )
}
