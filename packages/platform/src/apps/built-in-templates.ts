import { readFile } from 'node:fs/promises'
import type { AppTemplate } from '@sampan/resources/sampan/app-template'

const builtIn = [
  { name: 'web', title: 'Web service', description: 'Answers HTTP on one port and has a route.' },
  { name: 'worker', title: 'Worker', description: 'Runs in the background: no port, no route.' },
] as const

/** The service types every installation has, from the files beside this one. */
export const builtInTemplates = (): Promise<AppTemplate[]> =>
  Promise.all(
    builtIn.map(async ({ name, title, description }) => ({
      apiVersion: 'sampan.dev/v1',
      kind: 'AppTemplate',
      metadata: { name },
      spec: {
        title,
        description,
        template: await readFile(new URL(`templates/${name}.yaml.liquid`, import.meta.url), 'utf8'),
      },
    })),
  )
