/**
 * What the viewer lacks for those who do not see the page or use no mouse: one `main`, headings in order, no
 * link inside of a button, a name on each field. Addresses of operations (`#/Models/…`) still work.
 */
export function accessible({ React: { createElement } }) {
  const hidden = (text) =>
    createElement("span", { className: "visually-hidden" }, text);

  /** A field with a name that is read out, not shown. */
  const named = (name, field) =>
    createElement("label", { className: "named" }, hidden(name), field);

  return {
    components: {
      // The viewer's is a link, inside of the button that opens the operation.
      DeepLink: ({ text }) => createElement("span", null, text),
      PoolLayout: ({ getComponent, specSelectors }) => {
        const show = (name, isConnected = true) =>
          createElement(getComponent(name, isConnected));
        // It tells that the description is loading, or why it is not there.
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
      // A choice without a name between two addresses of the same thing.
      OperationServers: () => () => null,
      JsonSchemaForm: (Form) => (props) =>
        named(props.description, createElement(Form, props)),
      TextArea: (TextArea) => (props) =>
        named("Body", createElement(TextArea, props)),
    },
  };
}
