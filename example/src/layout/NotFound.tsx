/** An address that names no page. */
export function NotFound({ route }: { route: string }) {
  return (
    <div className="failure">
      <h1 tabIndex={-1}>No such page</h1>
      <p>
        There is no page called “{route}”. <a href="#/">The overview</a> lists those there are.
      </p>
    </div>
  );
}
