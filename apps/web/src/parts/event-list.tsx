import { Anchor, Badge, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { kindOf, objectPath } from '../data/discovery.ts'
import type { EventGroup } from '../data/events.ts'
import { useKnownKinds } from '../data/use-kinds.ts'
import { KubeState } from './kube-state.tsx'
import { useWords } from './language.tsx'
import { When } from './when.tsx'
import './objects.css'

/** What was reported, one line per object and reason; `withObject` where it is about more than one. */
export function EventList({ groups, withObject }: { groups: readonly EventGroup[]; withObject?: boolean }) {
  return (
    <div className="panel">
      {groups.map((group) => (
        <div key={group.key} className="line event-line">
          <span className="event-type">
            <KubeState value={group.type} />
          </span>
          <div className="grow">
            <Group gap={6} className="event-head">
              <Text size="sm" fw={600} span className="name">
                {group.reason}
              </Text>
              {group.count > 1 && (
                <Badge size="xs" color="gray">
                  ×{group.count}
                </Badge>
              )}
              {withObject && <ObjectLink about={group.about} />}
            </Group>
            <Message text={group.message} />
          </div>
          {group.time && <When time={group.time} />}
        </div>
      ))}
    </div>
  )
}

const usual = 240

/** The words of an event; long ones are cut until somebody asks for the rest. */
function Message({ text }: { text: string }) {
  const { t } = useWords()
  const [isWhole, setWhole] = useState(false)
  const isLong = text.length > usual
  return (
    <Text size="sm" className="name event-message">
      {isLong && !isWhole ? `${text.slice(0, usual - 20)}… ` : `${text} `}
      {isLong && (
        <button type="button" className="more" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {t(isWhole ? 'cluster.less' : 'cluster.whole')}
        </button>
      )}
    </Text>
  )
}

/** `isBare`: its name alone, where its kind is said beside it. A link to what an event or a reference is about; text when the server does not have the kind. */
export function ObjectLink({ about, isBare }: { about: EventGroup['about']; isBare?: boolean }) {
  const kind = kindOf(useKnownKinds(), about)
  const label = isBare ? (about.name ?? '') : `${about.kind ?? ''}/${about.name ?? ''}`
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
