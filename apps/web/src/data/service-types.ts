import type { Schema } from '@sampan/resources/define'
import type { List } from '@sampan/resources/meta'
import { appParameters } from '@sampan/resources/sampan/app'
import type { AppTemplate } from '@sampan/resources/sampan/app-template'
import { api } from './api.ts'

const path = '/kube/apis/sampan.dev/v1/apptemplates'

/** Every service type. */
export const templates = async (): Promise<AppTemplate[]> => (await api<List<AppTemplate>>(path)).items

export const templateNamed = (name: string) => api<AppTemplate>(`${path}/${encodeURIComponent(name)}`)

/**
 * The JSON schema of an app's parameters: the common ones, and under `more` what the service type asks for beyond them.
 * A type may leave common ones out by naming them in `x-sampan-hidden`.
 */
export function formSchema(template: AppTemplate | undefined): Schema {
  const own = template?.spec.parameters as (Schema & { 'x-sampan-hidden'?: string[] }) | undefined
  const { more: _, ...common } = appParameters.properties as Record<string, Schema>
  const hidden = own?.['x-sampan-hidden'] ?? []
  const properties = Object.fromEntries(Object.entries(common).filter(([name]) => !hidden.includes(name)))
  if (!own?.properties || Object.keys(own.properties).length === 0) return { ...appParameters, properties }
  return { ...appParameters, properties: { ...properties, more: own } }
}
