import { storeConformance } from './conformance.ts'
import { memoryStore } from './memory.ts'

storeConformance('memory store', async (options) => {
  const store = memoryStore(options)
  return { store, end: () => store.close() }
})
