import { defineConfig } from "vite";

// One script, one style sheet, hashed, from our own origin. Charts are a second file that only pages with charts fetch.
export default defineConfig({
  base: "/static/built/",
  build: {
    outDir: "../config/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsDir: "",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome125", "edge125", "firefox128", "safari18"],
    cssMinify: "lightningcss",
    rolldownOptions: {
      input: "src/keepwell.ts",
      // htmx carries an eval for its hx-on; allowEval=false and the content policy both keep it shut.
      checks: { eval: false },
    },
  },
});
