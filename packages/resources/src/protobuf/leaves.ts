import { durationText } from '@sampan/kit/durations'
import { fieldsOf, textOf, WireError, type WireField } from './wire.ts'

/** Messages whose JSON is no object of their fields: times, quantities, embedded JSON, unions. */

type Decode = (bytes: Uint8Array, nested: (message: string, bytes: Uint8Array) => unknown) => unknown

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1'
const extensions = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1'
const schema = `${extensions}.JSONSchemaProps`

const first = (bytes: Uint8Array, number: number): WireField | undefined => {
  for (const field of fieldsOf(bytes)) if (field.number === number) return field
  return undefined
}
const bytesAt = (bytes: Uint8Array, number: number): Uint8Array | undefined => {
  const field = first(bytes, number)
  return field?.type === 'bytes' ? field.value : undefined
}
const numberAt = (bytes: Uint8Array, number: number): number => {
  const field = first(bytes, number)
  return field?.type === 'varint' ? wholeOf(field.value) : 0
}
const textAt = (bytes: Uint8Array, number: number): string => textOf(bytesAt(bytes, number) ?? new Uint8Array())
const textsAt = (bytes: Uint8Array, number: number): string[] =>
  [...fieldsOf(bytes)].flatMap((field) =>
    field.number === number && field.type === 'bytes' ? [textOf(field.value)] : [],
  )

/** A varint as the signed number it stands for. */
export const wholeOf = (value: bigint): number => Number(BigInt.asIntN(64, value))

function time(bytes: Uint8Array, digits: 0 | 6): string | undefined {
  if (bytes.length === 0) return undefined
  const [seconds, nanos] = [numberAt(bytes, 1), numberAt(bytes, 2)]
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw new WireError(`${seconds} seconds is no time`)
  const fraction = digits ? `.${String(Math.floor(nanos / 1000)).padStart(6, '0')}` : ''
  return `${date.toISOString().replace(/\.\d+Z$/, '')}${fraction}Z`
}

function json(bytes: Uint8Array | undefined): unknown {
  if (!bytes || bytes.length === 0) return undefined
  const text = textOf(bytes)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WireError(`embedded JSON: ${(error as Error).message}`)
  }
}

const items: Decode = (bytes) => textsAt(bytes, 1)

export const leaves: Record<string, Decode> = {
  'k8s.io.apimachinery.pkg.api.resource.Quantity': (bytes) => textAt(bytes, 1) || '0',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': (bytes) =>
    numberAt(bytes, 1) === 0 ? numberAt(bytes, 2) : textAt(bytes, 3),
  'k8s.io.apimachinery.pkg.runtime.RawExtension': (bytes) => json(bytesAt(bytes, 1)),
  [`${meta}.Time`]: (bytes) => time(bytes, 0),
  [`${meta}.MicroTime`]: (bytes) => time(bytes, 6),
  [`${meta}.Duration`]: (bytes) => durationText(numberAt(bytes, 1) / 1e6),
  [`${meta}.FieldsV1`]: (bytes) => json(bytesAt(bytes, 1)),
  [`${meta}.Verbs`]: items,
  'k8s.io.api.authentication.v1.ExtraValue': items,
  'k8s.io.api.authorization.v1.ExtraValue': items,
  'k8s.io.api.certificates.v1.ExtraValue': items,
  [`${extensions}.JSON`]: (bytes) => json(bytesAt(bytes, 1)) ?? null,
  [`${extensions}.JSONSchemaPropsOrBool`]: (bytes, nested) => {
    const one = bytesAt(bytes, 2)
    return one ? nested(schema, one) : numberAt(bytes, 1) !== 0
  },
  [`${extensions}.JSONSchemaPropsOrArray`]: (bytes, nested) => {
    const one = bytesAt(bytes, 1)
    if (one) return nested(schema, one)
    return [...fieldsOf(bytes)].flatMap((field) =>
      field.number === 2 && field.type === 'bytes' ? [nested(schema, field.value)] : [],
    )
  },
  [`${extensions}.JSONSchemaPropsOrStringArray`]: (bytes, nested) => {
    const one = bytesAt(bytes, 1)
    return one ? nested(schema, one) : textsAt(bytes, 2)
  },
}
