/**
 * Writes packages/resources/src/generated/protobuf.json: names, numbers and types of the fields of Kubernetes' API
 * messages. They are read from the descriptors that every kubectl carries (gzipped FileDescriptorProtos of
 * `generated.proto` files, Apache-2.0), and completed with what newer releases and the two groups that kubectl does not
 * link have (scripts/protobuf-additions.ts).
 *
 *   node scripts/generate-protobuf.ts /usr/lib/google-cloud-sdk/bin/kubectl.1.33
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { fieldsOf, textOf } from '../packages/resources/src/protobuf/wire.ts'
import { additions } from './protobuf-additions.ts'
import { pointers } from './protobuf-pointers.ts'

export const target = new URL('../packages/resources/src/generated/protobuf.json', import.meta.url)

/** Message → its fields as `number name type` in order of number; `*` before a type: repeated, `?` after: a pointer. */
export type Messages = Record<string, Record<string, string[]>>

const served =
  /^k8s\.io\.(api\.(core|apps|batch|autoscaling|networking|policy|rbac|storage|coordination|discovery|events|node|scheduling|authentication|authorization|certificates|admissionregistration|flowcontrol|resource)\.v[12]$|apimachinery\.pkg\.(apis\.meta\.v1$|api\.resource|util\.intstr|runtime$))/

/** Became generally available after the kubectl that is read: numbers stay when a type is promoted. */
const promoted: [from: string, to: string, messages: RegExp][] = [
  ['k8s.io.api.resource.v1beta2', 'k8s.io.api.resource.v1', /./],
  ['k8s.io.api.storage.v1beta1', 'k8s.io.api.storage.v1', /^VolumeAttributesClass/],
  [
    'k8s.io.api.admissionregistration.v1alpha1',
    'k8s.io.api.admissionregistration.v1',
    /^(Mutating|Mutation$|JSONPatch$|ApplyConfiguration$)/,
  ],
]
const wanted = (pkg: string) => served.test(pkg) || promoted.some(([from]) => from === pkg)

const magic = Buffer.from([0x1f, 0x8b, 0x08])

function* filesIn(binary: Buffer): Generator<Uint8Array> {
  for (let at = binary.indexOf(magic); at >= 0; at = binary.indexOf(magic, at + 1)) {
    try {
      const file = gunzipSync(binary.subarray(at, at + 200_000), { finishFlush: constants.Z_SYNC_FLUSH })
      if (file[0] === 0x0a && file.subarray(0, 200).includes('generated.proto')) yield firstOf(file)
    } catch (error) {
      // Three bytes that look like gzip and are not.
      if (!String((error as { code?: string }).code).startsWith('Z_')) throw error
    }
  }
}

/** Descriptors that lie back to back unpack as one: the second file begins with a second name (field 1). */
function firstOf(file: Uint8Array): Uint8Array {
  let names = 0
  for (const field of fieldsOf(file)) {
    if (field.number !== 1 || field.type !== 'bytes' || ++names < 2) continue
    return file.subarray(0, field.value.byteOffset - file.byteOffset - 2)
  }
  return file
}

const scalars: Record<number, string> = {
  1: 'double',
  3: 'int',
  4: 'int',
  5: 'int',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'int',
}

const one = (message: Uint8Array, number: number) => [...fieldsOf(message)].find((field) => field.number === number)
const all = (message: Uint8Array, number: number) =>
  [...fieldsOf(message)].flatMap((field) => (field.number === number && field.type === 'bytes' ? [field.value] : []))
const string = (message: Uint8Array, number: number) => {
  const field = one(message, number)
  return field?.type === 'bytes' ? textOf(field.value) : ''
}
const number = (message: Uint8Array, at: number) => {
  const field = one(message, at)
  return field?.type === 'varint' ? Number(field.value) : 0
}

function typeOf(field: Uint8Array, message: Uint8Array, pkg: string): string {
  const kind = number(field, 5)
  if (kind !== 11) return scalars[kind] ?? `unknown ${kind}`
  const name = string(field, 6).replace(/^\./, '')
  const entry = all(message, 3).find((nested) => name.endsWith(`.${string(nested, 1)}`))
  if (entry) {
    const value = all(entry, 2).find((each) => number(each, 3) === 2)!
    return `map ${typeOf(value, entry, pkg)}`
  }
  return name.startsWith(`${pkg}.`) && !name.slice(pkg.length + 1).includes('.') ? name.slice(pkg.length + 1) : name
}

export function messagesIn(binary: Buffer): Messages {
  const messages: Messages = {}
  for (const file of filesIn(binary)) {
    const pkg = string(file, 2)
    if (!wanted(pkg)) continue
    messages[pkg] = {}
    for (const message of all(file, 4)) {
      const fields = all(message, 2).map((field) => {
        const type = typeOf(field, message, pkg)
        const isRepeated = number(field, 4) === 3 && !type.startsWith('map ')
        return `${number(field, 3)} ${string(field, 1)} ${isRepeated ? '*' : ''}${type}`
      })
      messages[pkg][string(message, 1)] = fields
    }
  }
  return messages
}

export function completed(messages: Messages): Messages {
  const whole = structuredClone(messages)
  for (const [from, to, names] of promoted) {
    for (const [name, fields] of Object.entries(whole[from] ?? {})) {
      whole[to] ??= {}
      if (names.test(name)) whole[to][name] ??= fields
    }
    delete whole[from]
  }
  for (const [pkg, added] of Object.entries(additions))
    for (const [name, fields] of Object.entries(added)) {
      whole[pkg] ??= {}
      whole[pkg][name] = [...new Set([...(whole[pkg][name] ?? []), ...fields])]
    }
  for (const [pkg, list] of Object.entries(pointers)) markPointers(whole[pkg] ?? {}, list)
  for (const pkg of Object.values(whole))
    for (const fields of Object.values(pkg)) fields.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  return whole
}

function markPointers(messages: Record<string, string[]>, list: readonly string[]): void {
  for (const line of list) {
    const [name = '', ...names] = line.split(' ')
    messages[name] &&= messages[name].map((field) => (names.includes(field.split(' ')[1]!) ? `${field}?` : field))
  }
}

export function written(messages: Messages): string {
  const packages = Object.keys(messages)
    .sort()
    .map((pkg) => {
      const names = Object.keys(messages[pkg]!).sort()
      const lines = names.map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(messages[pkg]![name]!.join('|'))}`)
      return `${JSON.stringify(pkg)}: {\n${lines.join(',\n')}\n}`
    })
  const notice =
    'Field names, numbers and types of the Kubernetes API (Copyright The Kubernetes Authors, Apache License 2.0). Generated by scripts/generate-protobuf.ts.'
  return `{"": ${JSON.stringify(notice)},\n${packages.join(',\n')}\n}\n`
}

if (import.meta.main) {
  const binary = process.argv[2]
  if (!binary) throw new Error('usage: node scripts/generate-protobuf.ts <kubectl binary>')
  writeFileSync(target, written(completed(messagesIn(readFileSync(binary)))))
}
