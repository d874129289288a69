import { Badge, Text } from '@mantine/core'
import { type Condition, verdictOf } from '../../data/condition.ts'
import { When } from '../../parts/when.tsx'

const colours = { good: 'teal', bad: 'red', open: 'gray' }

/** Conditions of an object: what holds, since when, and why. */
export function Conditions({ conditions }: { conditions: readonly Condition[] }) {
  return (
    <div className="panel">
      {conditions.map((one) => (
        <div key={one.type} className="line event-line">
          <span className="event-type">
            <Badge size="sm" color={colours[verdictOf(one)]} className="state">
              {one.type}: {one.status}
            </Badge>
          </span>
          <Text size="sm" className="grow name">
            {one.reason && (
              <Text span inherit fw={600}>
                {one.reason}{' '}
              </Text>
            )}
            {one.message}
          </Text>
          {one.lastTransitionTime && <When time={one.lastTransitionTime} />}
        </div>
      ))}
    </div>
  )
}
