type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element as text. Numbers are rounded, so that the same chart is the same file. */
export function element(name: string, attributes: Attributes, ...content: string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${valueOf(value)}"`);
  const open = `<${name}${written.join("")}`;
  return content.length === 0 ? `${open}/>` : `${open}>${content.join("")}</${name}>`;
}

export function text(attributes: Attributes, content: string): string {
  return element("text", attributes, escape(content));
}

function valueOf(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : escape(value);
}

function escape(content: string): string {
  return content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
