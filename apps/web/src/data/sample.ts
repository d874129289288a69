import { tarOf } from './tar.ts'

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>First light</title>
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <main>
      <h1>First light</h1>
      <p>This page was built, released and verified by Sampan.</p>
    </main>
  </body>
</html>
`
const style = `body { margin: 0; min-height: 100vh; display: grid; place-items: center; font-family: system-ui, sans-serif;
  background: #0b7285; color: #fff; }
main { text-align: center; }
`

/** The code of the sample app, as if somebody had chosen it from their disk. */
export const sampleArchive = (): Blob & { name: string } =>
  new File([tarOf({ 'index.html': page, 'style.css': style })], 'sample.tar', { type: 'application/x-tar' })
