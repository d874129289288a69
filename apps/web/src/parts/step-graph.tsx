import { Text } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { graphOf } from '../data/graph.ts'
import type { RunStep } from '../data/run.ts'
import { duration, ticking } from '../data/when.ts'
import { useWords } from './language.tsx'
import { StateDot } from './state.tsx'

const width = 190
const height = 46
const gapX = 34
const gapY = 10

interface Props {
  steps: readonly RunStep[]
  chosen?: string
  onChoose: (step: RunStep) => void
}

/** The steps of a stage and what waits for what, from left to right. */
export function StepGraph({ steps, chosen, onChoose }: Props) {
  const { said } = useWords()
  const { nodes, edges, columns, rows } = graphOf(steps)
  const isMoving = steps.some(({ state }) => state === 'running')
  const x = (column: number) => column * (width + gapX)
  const y = (row: number) => row * (height + gapY)
  return (
    <div className="graph">
      <div className="graph-field" style={{ width: x(columns) - gapX, height: y(rows) - gapY }}>
        <svg className="graph-edges" width={x(columns)} height={y(rows)} aria-hidden="true">
          {edges.map(([from, to]) => {
            const [x1, y1, x2, y2] = [
              x(from.column) + width,
              y(from.row) + height / 2,
              x(to.column),
              y(to.row) + height / 2,
            ]
            const middle = x2 - gapX / 2
            return (
              <path
                key={`${from.node.name} ${to.node.name}`}
                d={`M${x1},${y1} H${middle} V${y2} H${x2}`}
                className="graph-edge"
              />
            )
          })}
        </svg>
        {nodes.map(({ node, column, row }) => (
          <button
            key={node.path}
            type="button"
            className="graph-node"
            data-chosen={chosen === node.path || undefined}
            aria-pressed={chosen === node.path}
            style={{ left: x(column), top: y(row), width, height }}
            onClick={() => onChoose(node)}
          >
            <StateDot value={node.state} />
            <span className="grow">
              <Text size="xs" fw={600} span display="block" truncate title={said(node.title)}>
                {said(node.title)}
              </Text>
              <Took step={node} isTicking={isMoving} />
            </span>
          </button>
        ))}
      </div>
    </div>
  )
}

const never = () => () => undefined

function Took({ step: { startedAt, finishedAt, state }, isTicking }: { step: RunStep; isTicking: boolean }) {
  const { t } = useWords()
  const now = useSyncExternalStore(isTicking ? ticking.listen : never, ticking.now)
  const took = duration(startedAt, finishedAt, now)
  return (
    <Text size="xs" c="dimmed" span display="block" truncate>
      {took ?? t(state === 'skipped' ? 'state.skipped' : 'state.pending')}
    </Text>
  )
}
