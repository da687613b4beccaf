/** Numbers with their names, large and side by side. */
export function NumberList({ numbers }: { numbers: Record<string, string> }) {
  return (
    <dl className="numbers">
      {Object.entries(numbers).map(([name, number]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{number}</dd>
        </div>
      ))}
    </dl>
  );
}
