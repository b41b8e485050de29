// The colours of @bitrix24/b24style as CSS custom properties (--b24-gray-650). The package itself is a Tailwind plug-in
// and ships no style sheet; our pages need its values, not Tailwind. Prints the sheet.
import preset from "../node_modules/@bitrix24/b24style/dist/plugins/preset-colors.js";

const lines = [];
const walk = (value, path) => {
  if (typeof value === "string") {
    if (value.startsWith("#")) lines.push(`  --b24-${path.join("-")}: ${value};`);
    return;
  }
  for (const [name, inner] of Object.entries(value ?? {})) walk(inner, name === "DEFAULT" ? path : [...path, name]);
};
walk(preset.theme.colors, []);
process.stdout.write(`:root {\n${lines.join("\n")}\n}\n`);
