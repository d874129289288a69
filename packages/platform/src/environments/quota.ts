import { findQuantity, formatQuantity } from '@sampan/kit/quantity'
import type { Environment } from '@sampan/resources/sampan/environment'
import type { Project } from '@sampan/resources/sampan/project'

type Hard = Record<string, string>

/**
 * What an environment may use: its own quota; else an equal share of the project's, so that all together stay within it
 * (environments with their own quota take theirs off first). All previews together share what one environment gets.
 */
export function quotaOf(one: Environment, project: Project, all: readonly Environment[]): Hard | undefined {
  if (one.spec.quota) return one.spec.quota
  const total = project.spec.quota
  if (!total) return undefined
  const sharers = all.filter((each) => !each.spec.quota)
  const previews = sharers.filter((each) => each.spec.preview).length
  const places = sharers.length - previews + (previews > 0 ? 1 : 0) || 1
  const sharing = one.spec.preview ? places * previews : places
  const share: Hard = {}
  for (const [resource, text] of Object.entries(total)) {
    const whole = findQuantity(text)
    if (!whole) continue
    const own = all.reduce((sum, each) => sum + (findQuantity(each.spec.quota?.[resource] ?? '0')?.nanos ?? 0n), 0n)
    const left = whole.nanos > own ? whole.nanos - own : 0n
    // Bytes, pods and the like come in whole units, CPU in thousandths.
    const unit = resource.includes('cpu') ? 1_000_000n : 1_000_000_000n
    share[resource] = formatQuantity({ ...whole, nanos: (left / BigInt(sharing) / unit) * unit })
  }
  return share
}
