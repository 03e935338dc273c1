declare const binding: object;
export = binding;
