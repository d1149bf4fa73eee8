/**
 * Makes the viewer accessible to screen readers and keyboards: one `main`, headings in order, no
 * link within a button, a name for each field. Addresses of operations (`#/Models/…`) still work.
 */
export function accessible({ React: { createElement } }) {
  const hidden = (text) =>
    createElement("span", { className: "visually-hidden" }, text);

  /** A field whose name is announced, not shown. */
  const named = (name, field) =>
    createElement("label", { className: "named" }, hidden(name), field);

  return {
    components: {
      // The viewer's own is a link within the button that opens the operation.
      DeepLink: ({ text }) => createElement("span", null, text),
      PoolLayout: ({ getComponent, specSelectors }) => {
        const show = (name, isConnected = true) =>
          createElement(getComponent(name, isConnected));
        // The base layout shows that the description is loading, or why it failed.
        if (!specSelectors.specStr()) return show("BaseLayout");
        return createElement(
          "div",
          { className: "swagger-ui" },
          show("SvgAssets", false),
          show("errors"),
          show("InfoContainer"),
          show("AuthorizeBtnContainer"),
          createElement("h2", { className: "visually-hidden" }, "Operations"),
          show("operations"),
        );
      },
    },
    wrapComponents: {
      // A nameless choice between two addresses of the same API.
      OperationServers: () => () => null,
      JsonSchemaForm: (Form) => (props) =>
        named(props.description, createElement(Form, props)),
      TextArea: (TextArea) => (props) =>
        named("Body", createElement(TextArea, props)),
    },
  };
}
