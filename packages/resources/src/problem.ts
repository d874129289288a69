import type { Problem } from './errors.ts'

/** The sentences Kubernetes uses for field errors (apimachinery `field.Error`); users and tools match on them. */

export const required = (field: string, why = ''): Problem => ({
  reason: 'FieldValueRequired',
  field,
  message: why ? `Required value: ${why}` : 'Required value',
})

export const invalidValue = (field: string, value: unknown, why: string): Problem => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${shown(value)}: ${why}`,
})

export const wrongType = (field: string, value: unknown, why: string): Problem => ({
  reason: 'FieldValueTypeInvalid',
  field,
  message: `Invalid value: ${shown(value)}: ${why}`,
})

export const duplicate = (field: string, value: unknown): Problem => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${shown(value)}`,
})

export const notSupported = (field: string, value: unknown, supported: readonly string[]): Problem => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`,
})

export const forbiddenField = (field: string, why: string): Problem => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${why}`,
})

export const tooLong = (field: string, max: number): Problem => ({
  reason: 'FieldValueTooLong',
  field,
  message: `Too long: may not be more than ${max} bytes`,
})

const shown = (value: unknown) => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
