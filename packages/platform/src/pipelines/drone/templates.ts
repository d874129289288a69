import type { Client } from '@sampan/client/client'
import { configMap } from '@sampan/resources/core/config-map'

/** ConfigMap of a project's home namespace with templates of pipeline files, by name. */
export const templatesName = 'pipeline-templates'

/** The templates of a project. Keys of ConfigMaps are names of files, which is what templates have. */
export const storedTemplates = async (client: Client, project: string): Promise<Readonly<Record<string, string>>> =>
  (await client.find(configMap, { namespace: project, name: templatesName }))?.data ?? {}
