import type { TextDocument } from './documents.ts'
import { type Axis, axesOf, inAxis, isInAxis, settingInAxis } from './legacy-matrix.ts'
import {
  type LegacyCondition,
  type LegacyContainer,
  type LegacyFile,
  type LinedText,
  legacyFile,
} from './legacy-shapes.ts'
import { encoded, LinedWriter } from './legacy-text.ts'
import type { Node } from './node.ts'
import { maximumSize, type Notes } from './plan.ts'
import { decoded } from './read.ts'
import type { Tree } from './scalar.ts'

/** Says whether a file is in the format of Drone 0.8: Drone asks for a line that is `pipeline:` alone. */
export const isLegacy = (file: string): boolean => /^pipeline:[\t\n\f\r ]*$/m.test(file)

/**
 * The documents Drone makes of a file of its 0.8 format: one pipeline, or one for each combination of the matrix, and one
 * for each secret. Every line knows the line of the file it comes from.
 */
export function modernDocuments(root: Node, notes: Notes): TextDocument[] {
  const file = decoded(root, legacyFile, notes)
  if (!file) return []
  const pipelines = file.matrix ? matrixTexts(file, file.matrix, notes) : [pipelineText(file, 'default', {})]
  return [...pipelines, ...secretTexts(file)].map(({ text, from }) => ({ text, line: 1, from }))
}

/** One pipeline for each combination; none when together they are larger than a file may be. */
function matrixTexts(file: LegacyFile, matrix: Node, notes: Notes): LinedWriter[] {
  const texts: LinedWriter[] = []
  let size = 0
  for (const axis of axesOf(matrix, notes.errors)) {
    const made = pipelineText(file, `matrix-${texts.length + 1}`, axis)
    size += made.text.length
    if (size > maximumSize) {
      notes.errors.push({
        line: file.at.matrix!,
        message: `the matrix makes pipelines of more than ${maximumSize} characters: take combinations or steps out`,
      })
      return []
    }
    texts.push(made)
  }
  return texts
}

function pipelineText(file: LegacyFile, name: string, axis: Axis): LinedWriter {
  const out = new LinedWriter()
  const taking = (containers: LegacyContainer[]) => containers.filter((container) => isInAxis(container, axis))
  const line = file.at.pipeline ?? file.line
  out.line(0, 'kind: pipeline', line)
  out.line(0, `name: ${name}`, file.at.matrix ?? line)
  if (file.clone.length > 0) out.line(0, 'clone: {disable: true}', file.at.clone!)
  const { base, path } = file.workspace
  if (base || path) out.line(0, 'workspace:', file.at.workspace!)
  out.entry(1, 'base', inAxis(axis, base), file.workspace.at.base ?? line)
  out.entry(1, 'path', inAxis(axis, path), file.workspace.at.path ?? line)
  containersText(out, 'steps', taking([...file.clone, ...file.pipeline]), axis, line)
  containersText(out, 'services', taking(file.services), axis, file.at.services ?? line)
  volumesText(out, [...file.pipeline, ...file.services])
  if (isOpen(file.branches)) return out
  out.line(0, 'trigger:', file.at.branches!)
  conditionText(out, 1, 'branch', file.branches, axis, file.at.branches!)
  return out
}

function containersText(out: LinedWriter, key: string, containers: LegacyContainer[], axis: Axis, line: number): void {
  if (containers.length === 0) return
  out.line(0, `${key}:`, line)
  for (const container of containers) containerText(out, container, axis)
}

function containerText(out: LinedWriter, step: LegacyContainer, axis: Axis): void {
  const { at, keyLine } = step
  const fill = (value: string) => inAxis(axis, value)
  const write = (key: string, value: Tree) => out.entry(1, key, value, at[key] ?? keyLine)
  const listed = (key: 'entrypoint' | 'command' | 'commands') => linedText(out, key, step[key], fill)
  out.line(0, `- name: ${encoded(fill(step.name))}`, keyLine)
  write('image', fill(step.image))
  write('pull', step.pull ? 'always' : 'default')
  write('detach', step.detach)
  listed('entrypoint')
  listed('command')
  listed('commands')
  for (const key of ['dns', 'dns_search', 'extra_hosts'] as const) write(key, step[key].map(fill))
  if (Object.keys(step.settings).length > 0) out.line(1, 'settings:', keyLine)
  for (const [key, value] of Object.entries(step.settings)) out.entry(2, key, settingInAxis(axis, value), keyLine)
  environmentText(out, step, fill)
  write('privileged', step.privileged)
  const mounts = step.volumes.filter(({ source }) => source)
  if (mounts.length > 0) out.line(1, 'volumes:', at.volumes!)
  for (const { source, destination } of mounts)
    out.line(1, `- {name: "${volumeName(source)}", path: ${JSON.stringify(fill(destination))}}`, at.volumes!)
  whenText(out, step, axis)
}

function linedText(out: LinedWriter, key: string, items: LinedText[], fill: (value: string) => string): void {
  if (items.length === 0) return
  out.line(1, `${key}:`, items[0]!.line)
  for (const { value, line } of items) out.line(1, `- ${encoded(fill(value))}`, line)
}

/** A secret becomes a variable; with the same name it wins over a text. */
function environmentText(out: LinedWriter, step: LegacyContainer, fill: (value: string) => string): void {
  const secrets = new Map(step.secrets.map(({ source, target }) => [target.toUpperCase(), source]))
  const texts = Object.entries(step.environment).filter(([key]) => !secrets.has(key))
  if (secrets.size + texts.length === 0) return
  out.line(1, 'environment:', step.at.environment ?? step.at.secrets ?? step.keyLine)
  for (const [key, value] of texts) out.entry(2, fill(key), fill(value), step.at.environment!)
  for (const [key, source] of secrets) {
    out.line(2, `${encoded(key)}:`, step.at.secrets!)
    out.entry(3, 'from_secret', fill(source), step.at.secrets!)
  }
}

function whenText(out: LinedWriter, { when, at, keyLine }: LegacyContainer, axis: Axis): void {
  const { branch, event, instance, ref, repo, status, environment: target } = when
  const all = { branch, event, instance, ref, repo, status, target }
  const given = Object.entries(all).filter(([, condition]) => !isOpen(condition))
  if (given.length === 0) return
  out.line(1, 'when:', at.when ?? keyLine)
  for (const [key, condition] of given) {
    const line = when.at[key === 'target' ? 'environment' : key] ?? at.when ?? keyLine
    conditionText(out, 2, key, condition, axis, line)
  }
}

const isOpen = ({ include, exclude }: LegacyCondition) => include.length + exclude.length === 0

function conditionText(
  out: LinedWriter,
  depth: number,
  key: string,
  { include, exclude }: LegacyCondition,
  axis: Axis,
  line: number,
): void {
  const fill = (values: string[]) => values.map((value) => inAxis(axis, value))
  out.line(depth, `${key}:`, line)
  out.entry(depth + 1, 'include', fill(include), line)
  out.entry(depth + 1, 'exclude', fill(exclude), line)
}

const volumeName = (source: string) => Buffer.from(source).toString('hex')

/** Folders of the host, each once, under a name made of its path. */
function volumesText(out: LinedWriter, containers: LegacyContainer[]): void {
  const lines = new Map<string, number>()
  for (const { volumes, at } of containers)
    for (const { source } of volumes) if (source && !lines.has(source)) lines.set(source, at.volumes!)
  if (lines.size > 0) out.line(0, 'volumes:', [...lines.values()][0]!)
  for (const [source, line] of lines)
    out.line(0, `- {name: "${volumeName(source)}", host: {path: ${JSON.stringify(source)}}}`, line)
}

function secretTexts(file: LegacyFile): LinedWriter[] {
  return Object.entries(file.secrets).map(([name, { driver, driver_opts: options, path, vault, line }]) => {
    const out = new LinedWriter()
    out.line(0, 'kind: secret', line)
    out.line(0, `name: ${encoded(name)}`, line)
    const get = driver === 'vault' ? { path: options.path ?? '', name: options.key ?? '' } : { path: path || vault }
    if (Object.values(get).some(Boolean)) out.line(0, 'get:', line)
    for (const [key, value] of Object.entries(get)) out.entry(1, key, value, line)
    return out
  })
}
