import { Component, type ReactNode } from "react";
import { describeError } from "../backend/describeError.js";
import { Notice } from "../parts/Notice.js";

/** Catches what a page throws, failing queries included, and offers another try. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <div className="failure">
        <h1 tabIndex={-1}>This page stopped</h1>
        <Notice>{describeError(this.state.error)}</Notice>
        <button
          type="button"
          className="button primary"
          onClick={() => this.setState({ error: null })}
        >
          Try again
        </button>
      </div>
    );
  }
}
