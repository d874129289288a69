import { Component, type ReactNode } from 'react'
import { Failure } from './loaded.tsx'

/** A defect in one page leaves the rest of the console usable. React has no other form for this than a class. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {}

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    return error ? <Failure error={error} retry={() => this.setState({ error: undefined })} /> : this.props.children
  }
}
