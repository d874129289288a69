import type { PlannedPipeline } from '@sampan/drone/plan'
import type { PipelineParts } from '../parts.ts'

/** Pipelines whose steps run in containers, whatever the runner is called elsewhere. */
const inContainers = ['', 'docker', 'kubernetes', 'vm']

/** Why a pipeline of a file cannot run here, in one sentence; undefined when it can. */
export async function refusalOf(
  planned: PlannedPipeline,
  { nodes }: Pick<PipelineParts, 'nodes'>,
): Promise<string | undefined> {
  const { type, platform, node: labels } = planned
  if (type === 'exec') {
    return 'pipelines of type exec run on a machine itself, which no pipeline may do here: use type docker and give each step an image'
  }
  if (!inContainers.includes(type)) {
    return `pipelines of type ${type} run on machines of their own, of which there are none here: use type docker`
  }
  const bare = [...planned.services, ...planned.steps].find(({ selected, image }) => selected && !image)
  if (bare) return `the step ${bare.name} has no image`
  const all = await nodes()
  const fitting = all.filter((one) => one.os === platform.os && one.arch === platform.arch)
  if (fitting.length === 0) {
    const there = [...new Set(all.map((one) => `${one.os}/${one.arch}`))].join(', ')
    return `it asks for ${platform.os}/${platform.arch} (platform), and the machines here are ${there}`
  }
  const wanted = Object.entries(labels)
  if (wanted.length === 0 || fitting.some((one) => wanted.every(([name, value]) => one.labels[name] === value)))
    return undefined
  const text = wanted.map(([name, value]) => `${name}=${value}`).join(', ')
  return `it asks for a machine labelled ${text} (node), and no machine here is`
}
