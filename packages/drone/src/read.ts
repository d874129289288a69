import type { BuildContext } from './build-context.ts'
import { bad, Decoder, type Shape, TooMuch } from './decode.ts'
import { documentsOf, lineOf, type TextDocument } from './documents.ts'
import { isLegacy, modernDocuments } from './legacy.ts'
import { type Node, nodeOf } from './node.ts'
import { type InlineSecret, maximumSize, type Notes, type PlannedCron, type PlanOptions } from './plan.ts'
import { cron, kind, type PipelineDocument, pipeline, secret, signature } from './shapes.ts'
import { isTemplate, rendered } from './templates.ts'
import { YamlError } from './yaml-reader.ts'

/** One pipeline document as it is written, before `${}`. */
export interface RawPipeline {
  source: TextDocument
  document: PipelineDocument
}

export interface ReadFile {
  pipelines: RawPipeline[]
  secrets: InlineSecret[]
  crons: PlannedCron[]
  signature?: string
}

/** Reads all documents of a file; what is wrong goes into the notes, the rest is kept. */
export function readFile(text: string, build: BuildContext, options: PlanOptions, notes: Notes): ReadFile {
  const file: ReadFile = { pipelines: [], secrets: [], crons: [] }
  if (text.length > maximumSize) {
    notes.errors.push({
      line: 0,
      message: `the file is larger than ${maximumSize} characters: split it or use a template`,
    })
    return file
  }
  if (isTemplate(text)) {
    const made = rendered(text, build, options.template)
    if ('problem' in made) notes.errors.push(made.problem)
    return 'text' in made ? readFile(made.text, build, { ...options, template: undefined }, notes) : file
  }
  const documents = isLegacy(text) ? legacyDocuments(text, notes) : documentsOf(text)
  for (const source of documents) readDocument(source, file, notes)
  if (documents.length === 0 && notes.errors.length === 0)
    notes.errors.push({ line: 0, message: 'the file is empty: it needs a document with kind: pipeline' })
  return file
}

/** Drone reads the first document of such a file and no other. */
function legacyDocuments(text: string, notes: Notes): TextDocument[] {
  const [source] = documentsOf(text)
  const root = source && parsed(source, notes)
  if (!root) return []
  const line = text.slice(0, text.search(/^pipeline:/m)).split('\n').length
  notes.warnings.push({
    line,
    message: 'the format of Drone 0.8, converted as Drone does: better write kind: pipeline and a list of steps',
  })
  return modernDocuments(root, notes)
}

function readDocument(source: TextDocument, file: ReadFile, notes: Notes): void {
  const node = parsed(source, notes)
  if (!node) return
  const head = decoded(node, kind, notes)
  if (!head) return
  switch (head.kind) {
    case 'secret':
      readSecret(node, file, notes)
      return
    case 'signature': {
      const read = decoded(node, signature, notes)
      if (read && !read.hmac)
        notes.errors.push({ line: read.line, message: 'the signature has no hmac: sign the file again' })
      else if (read) file.signature = read.hmac
      return
    }
    case 'cron':
      readCron(node, file, notes)
      return
    case 'registry':
      return
    case 'template':
      notes.errors.push({
        line: head.at.kind!,
        message: 'a template must be the whole file: move it to a file of its own',
      })
      return
    default: {
      const read = decoded(node, pipeline, notes)
      if (read && isMeant(node, head.kind, read, notes)) file.pipelines.push({ source, document: read })
    }
  }
}

/** Every kind that is not ours is a pipeline to Drone, but a document that has none must look like one. */
function isMeant(node: Node, written: string | undefined, read: PipelineDocument, notes: Notes): boolean {
  if (written) return true
  const says = (message: string) => notes.errors.push({ line: read.at.kind ?? read.line, message })
  const keys = node.kind === 'map' ? node.entries.map(([key]) => (key.kind === 'scalar' ? key.value : '')) : []
  if (keys.includes('kind')) says('missing kind attribute: write kind: pipeline')
  else if (keys.includes('pipeline') && !keys.includes('steps'))
    says('this is the format of Drone 0.8: write kind: pipeline, and a list of steps in place of the map pipeline')
  else if (!keys.includes('steps')) says('missing kind attribute: write kind: pipeline')
  else {
    notes.warnings.push({ line: read.line, message: 'the kind is missing, taken as kind: pipeline' })
    return true
  }
  return false
}

function readSecret(node: Node, file: ReadFile, notes: Notes): void {
  const read = decoded(node, secret, notes)
  if (!read) return
  const { name, data, get, line } = read
  if (!data && !get.path && !get.name)
    notes.errors.push({ line, message: 'the secret has neither data nor get.path nor get.name: give it one' })
  file.secrets.push({
    name,
    line,
    ...(data && { data: data.replace(/\s/g, '') }),
    ...((get.path || get.name) && { get: { path: get.path, name: get.name, key: get.key } }),
  })
}

function readCron(node: Node, file: ReadFile, notes: Notes): void {
  const read = decoded(node, cron, notes)
  if (!read) return
  const { name, line, spec } = read
  if (!spec.branch) notes.errors.push({ line, message: 'the cron job has no branch: add branch under spec' })
  file.crons.push({ name, line, schedule: spec.schedule, branch: spec.branch, target: spec.deployment.target })
}

/** Parses one document; undefined when it is empty or no YAML, which is noted. */
export function parsed(source: TextDocument, notes: Notes): Node | undefined {
  try {
    const node = nodeOf(source)
    if (node && source.from) placeLines(node, source)
    return node
  } catch (error) {
    if (error instanceof YamlError) notes.errors.push({ line: lineOf(source, error.line), message: error.message })
    else if (error instanceof RangeError)
      notes.errors.push({ line: source.line, message: 'nested too deeply: write it flatter' })
    else throw error
    return undefined
  }
}

/** Gives every node the line it comes from. Texts made of others have no aliases. */
function placeLines(node: Node, source: TextDocument): void {
  node.line = lineOf(source, node.line)
  if (node.kind === 'list') for (const item of node.items) placeLines(item, source)
  if (node.kind === 'map')
    for (const [key, value] of node.entries) {
      placeLines(key, source)
      placeLines(value, source)
    }
}

/** Decodes a document into a shape; undefined when nothing of it fits. Problems are noted. */
export function decoded<T>(node: Node, shape: Shape<T>, notes: Notes): T | undefined {
  const decoder = new Decoder()
  try {
    const value = decoder.decode(node, shape, shape.zero())
    notes.errors.push(...decoder.problems)
    return value === bad ? undefined : value
  } catch (error) {
    if (error instanceof TooMuch) notes.errors.push({ line: error.line, message: error.message })
    else if (error instanceof RangeError)
      notes.errors.push({ line: node.line, message: 'nested too deeply: write it flatter' })
    else throw error
    return undefined
  }
}
