// "florin.payments.v1.PaymentService/RefundPayment" is "Refund payment".
export function methodName(method: string): string {
  const words = (method.split("/").pop() ?? method).replace(/(?<!^)([A-Z])/g, " $1").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
