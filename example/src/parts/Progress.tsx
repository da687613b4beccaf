/** Something is under way. Appears only when it takes long enough to be noticed. */
export function Progress({ label }: { label: string }) {
  return <div className="progress" role="progressbar" aria-label={label} />;
}
