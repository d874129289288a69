import '@xyflow/react/dist/style.css'
import { ActionIcon, useComputedColorScheme, useMatches } from '@mantine/core'
import { EnterFullScreenIcon, ZoomInIcon, ZoomOutIcon } from '@radix-ui/react-icons'
import { Background, Handle, type Node, type NodeProps, Panel, Position, ReactFlow, useReactFlow } from '@xyflow/react'
import { createContext, useContext, useEffect, useMemo } from 'react'
import type { Topology, TopologyNode } from '../data/topology.ts'
import { type Direction, nodeSize, placed } from '../data/topology-layout.ts'
import { useWords } from './language.tsx'
import { TopologyButton } from './topology-node.tsx'

interface Props {
  topology: Topology
  chosen: string
  onChoose: (id: string) => void
}

type Shown = Node<{ node: TopologyNode; direction: Direction }, 'thing'>

const Choice = createContext<Pick<Props, 'chosen' | 'onChoose'>>({ chosen: '', onChoose: () => undefined })

/** The picture of an environment: moved by dragging, zoomed by wheel or buttons; each thing is a button. */
export function TopologyGraph({ topology, chosen, onChoose }: Props) {
  const { t } = useWords()
  const scheme = useComputedColorScheme('light')
  const direction = useMatches<Direction>({ base: 'down', sm: 'right' }, { getInitialValueInEffect: false })
  const { nodes, edges, height } = useMemo(() => {
    const all = placed(topology, direction)
    const bottom = Math.max(...all.map(({ y }) => y)) + nodeSize.height
    const health = new Map(topology.nodes.map((node) => [node.id, node.health]))
    return {
      height: Math.min(640, Math.max(180, bottom + 96)),
      nodes: all.map(
        ({ node, x, y }): Shown => ({
          id: node.id,
          type: 'thing',
          position: { x, y },
          data: { node, direction },
          width: nodeSize.width,
          height: nodeSize.height,
        }),
      ),
      edges: topology.edges.map(([source, target]) => ({
        id: `${source} ${target}`,
        source,
        target,
        animated: health.get(target) === 'busy',
        className: `topology-edge-${health.get(target)}`,
      })),
    }
  }, [topology, direction])
  // Things are buttons of their own: what the library would say of moving and deleting is not so.
  const spoken = useMemo(
    () => ({
      'node.a11yDescription.default': t('topology.view'),
      'edge.a11yDescription.default': t('topology.view'),
    }),
    [t],
  )
  const choice = useMemo(() => ({ chosen, onChoose }), [chosen, onChoose])
  return (
    <Choice.Provider value={choice}>
      <div className="topology" style={{ height }}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          colorMode={scheme}
          fitView
          fitViewOptions={fit}
          minZoom={0.2}
          maxZoom={1.5}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          preventScrolling={false}
          zoomOnScroll={false}
          zoomActivationKeyCode="Control"
          proOptions={{ hideAttribution: true }}
          aria-label={t('project.topology')}
          ariaLabelConfig={spoken}
        >
          <Background gap={22} />
          <Tools key={direction} count={nodes.length} />
        </ReactFlow>
      </div>
    </Choice.Provider>
  )
}

/** Never so small that a finger misses. */
const fit = { padding: 0.08, minZoom: 0.5, maxZoom: 1 }

/** Inside the picture, where its movements can be reached. */
function Tools({ count }: { count: number }) {
  const { t } = useWords()
  const { fitView, zoomIn, zoomOut } = useReactFlow()
  // biome-ignore lint/correctness/useExhaustiveDependencies: more or fewer things make another picture
  useEffect(() => {
    void fitView({ ...fit, duration: 200 })
  }, [count, fitView])
  const tools = [
    { label: t('topology.zoomIn'), icon: ZoomInIcon, act: () => zoomIn() },
    { label: t('topology.zoomOut'), icon: ZoomOutIcon, act: () => zoomOut() },
    { label: t('topology.fit'), icon: EnterFullScreenIcon, act: () => fitView(fit) },
  ]
  return (
    <Panel position="bottom-right">
      <ActionIcon.Group>
        {tools.map(({ label, icon: Icon, act }) => (
          <ActionIcon key={label} variant="default" aria-label={label} title={label} onClick={() => void act()}>
            <Icon />
          </ActionIcon>
        ))}
      </ActionIcon.Group>
    </Panel>
  )
}

const nodeTypes = { thing: Thing }

function Thing({ data: { node, direction } }: NodeProps<Shown>) {
  const { chosen, onChoose } = useContext(Choice)
  return (
    <>
      <Handle type="target" position={direction === 'down' ? Position.Top : Position.Left} isConnectable={false} />
      <TopologyButton node={node} isChosen={node.id === chosen} onChoose={onChoose} />
      <Handle type="source" position={direction === 'down' ? Position.Bottom : Position.Right} isConnectable={false} />
    </>
  )
}
