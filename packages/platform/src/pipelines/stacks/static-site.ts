import { linesOf, type Recipe, type Source } from './source.ts'

/** Files as they are, from the first of these folders that has an index. */
export function staticRecipe(source: Source): Recipe | undefined {
  const because = ['', 'public/', 'dist/', 'site/', 'docs/', 'www/', 'html/']
    .map((folder) => `${folder}index.html`)
    .find((path) => source.files.includes(path))
  if (!because) return undefined
  const folder = because.split('/').slice(0, -1).join('/') || '.'
  return {
    stack: 'static',
    because,
    needs: ['static'],
    dockerfile: (imageOf) => linesOf(`FROM ${imageOf('static')}`, `COPY ${folder} /site`),
  }
}
