"""Signing in, registering, signing out. The guest's cart comes along."""

from __future__ import annotations

from typing import Any

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from grocery.accounts import public as accounts
from grocery.kernel import clock
from grocery.kernel.errors import DomainError
from grocery.ordering import public as ordering
from grocery.storefront.forms import RegisterForm, ShopForm, SignInForm
from grocery.storefront.header import forget_header
from grocery.storefront.shopper import safe_next, shopper, take_token


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            _sign_in(request, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(safe_next(request, "storefront:home"))
    return _form(request, "storefront/sign_in.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        wanted, now = form.cleaned_data, clock.now()
        try:
            accounts.register(**wanted, language=shopper(request).language, now=now)
            _sign_in(request, email=wanted["email"], password=wanted["password"])
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect(safe_next(request, "storefront:home"))
    return _form(request, "storefront/register.html", form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("storefront:home")


def _sign_in(request: HttpRequest, *, email: str, password: str) -> None:
    """Begin a session of this customer's and take the guest's cart along. Raises WrongCredentials."""
    user = auth.authenticate(request, username=email, password=password)
    if user is None:
        raise accounts.WrongCredentials
    token = take_token(request)
    auth.login(request, user)
    forget_header(request)
    if token:
        customer_id = shopper(request).signed_in()
        ordering.merge(token=token, customer_id=customer_id, now=clock.now())


def _form(request: HttpRequest, template: str, form: ShopForm) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "next": safe_next(request, "storefront:home")}
    return render(request, template, context, status=422 if form.errors else 200)
